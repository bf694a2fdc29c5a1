package io.nomen.semantics;

import io.nomen.tensor.Matrix;
import java.io.Serializable;

/**
 * The outside knowledge that is about these images: where they gather, and the nouns that tell
 * those places apart (TAC, arXiv 2310.11989, section 3.1).
 *
 * @param centres [k, d] the semantic centres, unit rows
 * @param selected [m] numbers of the selected nouns in the whole vocabulary, rising
 * @param nouns the selected nouns themselves, m of them
 */
public record SemanticSpace(Matrix centres, int[] selected, NounMatrix nouns)
    implements Serializable {}
