/**
 * Nomen for Spark's own pipelines: transformers and estimators over columns of a {@code Dataset}.
 *
 * <p>This package is the library's stable part: a signature here changes only with a new major
 * version, and what one version saves the next ones load. {@link io.nomen.ml.ClipImageEmbedder} and
 * {@link io.nomen.ml.ClipTextEmbedder} make embeddings, {@link io.nomen.ml.NomenClustering}
 * clusters and names them, {@link io.nomen.ml.ClusterNamer} names any clustering, and {@link
 * io.nomen.ml.NearDuplicates} finds what looks alike. All other packages are internal: they are the
 * command line's and these classes' own, and change without notice. {@code
 * io.nomen.NomenException}, which tells of inputs that cannot be used, is stable too.
 */
package io.nomen.ml;
