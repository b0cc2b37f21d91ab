/**
 * The store in one container of Azure Blob Storage: logs are append blobs, and the position an
 * append expects is a condition that the service checks, so any number of processes may share it.
 */
@NullMarked
package dev.millrace.storage.blob;

import org.jspecify.annotations.NullMarked;
