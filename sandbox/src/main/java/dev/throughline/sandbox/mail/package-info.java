/**
 * A mail server with everybody's inbox behind it: SMTP with AUTH and STARTTLS, and mail to the
 * company (answers, bounces) by POST to a hook. Promises scripted failures at every stage and a
 * journal of its own for tests to judge by. May call {@code sandbox.emulator}, {@code
 * sandbox.people} and SubEthaSMTP only.
 */
@NullMarked
package dev.throughline.sandbox.mail;

import org.jspecify.annotations.NullMarked;
