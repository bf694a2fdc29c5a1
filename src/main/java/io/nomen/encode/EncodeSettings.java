package io.nomen.encode;

import io.nomen.image.DecodeOptions;
import io.nomen.image.ReadOptions;
import io.nomen.tensor.Precision;
import java.io.Serializable;

/**
 * What a task needs to know to encode a bucket.
 *
 * @param batchSize images per forward pass
 * @param decodeThreads threads that decode ahead of the encoder, per task
 * @param torchThreads threads of one libtorch operation: an executor's cores over its task slots
 */
record EncodeSettings(
    String imagesFolder,
    String embeddingsFolder,
    String manifestsFolder,
    Precision precision,
    String device,
    int batchSize,
    int decodeThreads,
    int torchThreads,
    ReadOptions read,
    DecodeOptions decode)
    implements Serializable {}
