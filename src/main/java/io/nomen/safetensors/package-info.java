/**
 * Reading and writing safetensors files: checkpoints of encoders, fitted models, states of
 * training, embeddings from and for other tools.
 */
package io.nomen.safetensors;
