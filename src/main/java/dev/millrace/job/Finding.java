package dev.millrace.job;

/** One thing wrong with an input: where, as a JSON pointer, and what, with how to mend it. */
public record Finding(String at, String problem) {}
