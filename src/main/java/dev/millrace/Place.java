package dev.millrace;

/**
 * Where one part of Millrace is, for the table that every start prints. The page that wires a part
 * also says where it is.
 *
 * @param part as in "storage"
 * @param kind as in "disk"
 * @param where a path or an address, without secrets
 */
record Place(String part, String kind, String where) {}
