/**
 * What LINE accepts as message, action, template and flex objects, as pure functions from JSON to
 * findings in LINE's wording. The limits follow LINE's documentation, not its OpenAPI files, which
 * declare few of them. Depends on nothing but JSON.
 */
@NullMarked
package dev.throughline.sandbox.line.rules;

import org.jspecify.annotations.NullMarked;
