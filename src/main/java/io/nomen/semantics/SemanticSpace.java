package io.nomen.semantics;

import java.io.Serializable;

/**
 * The outside knowledge that is about these images: where they gather, and the nouns that tell
 * those places apart (TAC, arXiv 2310.11989, section 3.1).
 *
 * @param centres the k semantic centres
 * @param selected [m] numbers of the selected nouns in the whole vocabulary, rising
 * @param nouns the selected nouns themselves, m of them
 */
public record SemanticSpace(Centres centres, int[] selected, NounMatrix nouns)
    implements Serializable {}
