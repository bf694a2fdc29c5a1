/**
 * The ways to cluster images behind one interface, {@link io.nomen.method.ClusteringMethod}: from
 * embeddings (and nouns) to a cluster for every row and a {@link io.nomen.method.FittedModel} that
 * gives new rows theirs.
 *
 * <p>A method reads {@link io.nomen.method.MethodInput} and nothing else: no file, no label. {@link
 * io.nomen.method.Methods} knows all of them by name, and puts stored models together again.
 */
package io.nomen.method;
