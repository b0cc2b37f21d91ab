/** The routes of the agent in a container app: its chat, its sessions, what it says of itself. */
@NullMarked
package dev.millrace.http.legacy.container;

import org.jspecify.annotations.NullMarked;
