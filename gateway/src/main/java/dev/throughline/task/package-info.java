/**
 * Work that must leave the process, and the only code that calls out: lanes in order, due times,
 * priorities. Tasks are made, changed and deleted only in a commit of the fold, which hands them
 * over; what a task finds out comes back as an entry of the log. May call {@code log}, {@code
 * vault} and {@code store}.
 */
@NullMarked
package dev.throughline.task;

import org.jspecify.annotations.NullMarked;
