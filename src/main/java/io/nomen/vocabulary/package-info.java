/**
 * Words: WordNet's nouns and lists of nouns, the prompts that CLIP reads them in, and their
 * encoding in batches. {@link io.nomen.vocabulary.WordNet} is the outside knowledge and lives on
 * the driver; {@link io.nomen.vocabulary.NounEncoding} is what executors call.
 */
package io.nomen.vocabulary;
