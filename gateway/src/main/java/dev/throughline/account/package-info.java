/**
 * What is done with a LINE account beside talking: calls that its app asks for, and work that goes
 * on by itself for minutes or days (setting it up, importing its friends, cloning its menus, a
 * narrowcast). A call that changes something at LINE leaves an outcome in the log; long work is a
 * row of {@code line_job} and a task, and goes on where it was after a restart. May call {@code
 * conversation}, {@code channel.line} and what lies below.
 */
@NullMarked
package dev.throughline.account;

import org.jspecify.annotations.NullMarked;
