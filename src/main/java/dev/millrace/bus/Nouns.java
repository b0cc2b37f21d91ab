package dev.millrace.bus;

import dev.millrace.job.Failure;
import dev.millrace.job.Finding;
import io.micronaut.serde.annotation.SerdeImport;

/** The nouns that a result carries as they are. */
@SerdeImport(Failure.class)
@SerdeImport(Finding.class)
interface Nouns {}
