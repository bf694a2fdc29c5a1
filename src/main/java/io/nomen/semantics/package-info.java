/**
 * The semantic space: spherical k-means over the images' embeddings, the nouns that tell its
 * centres apart, every image's text counterpart, and what the nouns say about whole clusters (TAC,
 * Li et al., ICML 2024, arXiv 2310.11989, sections 3.1 and A; names of clusters use the same
 * retrieval).
 *
 * <p>Everything works on {@link io.nomen.tensor.RowBlocks} and computes in float32 through
 * libtorch; MLlib's k-means finds the starts. Nothing here depends on how many cores or machines
 * there are.
 */
package io.nomen.semantics;
