/**
 * The pages of the sandbox: phones on the screen, mounted by the application on its operations
 * port. Everything that they show or do goes through the control API of an emulator. No package of
 * this module knows the gateway, so that the two cannot share a mistake.
 */
@NullMarked
package dev.throughline.sandbox;

import org.jspecify.annotations.NullMarked;
