/**
 * The one PostgreSQL: either a server of our own under the data directory or one that is named by a
 * JDBC URL, migrated forward when opened. What commits here is durable, and each failure says
 * whether the work did not happen, may have happened, or met a rule of the schema. Calls nothing
 * above the JDK, JDBC and the binaries that it starts.
 */
@NullMarked
package dev.throughline.store;

import org.jspecify.annotations.NullMarked;
