/**
 * Names of clusters, from the scores of the selected nouns ({@link io.nomen.naming.ClusterNames}).
 * No image and no embedding comes here, and no label.
 */
package io.nomen.naming;
