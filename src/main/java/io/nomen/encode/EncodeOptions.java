package io.nomen.encode;

import io.nomen.image.InventoryOptions;
import java.util.List;
import java.util.Optional;

/**
 * Which images are encoded, and how strictly.
 *
 * @param inputs folders, globs, files and tar shards
 * @param secondModel a folder of another encoder, whose embeddings stand beside the first's
 * @param pixelLimit images with more pixels are refused before decoding
 * @param maxBadFraction share of bad images above which the job fails, 0 to 1
 * @param resume false to begin anew whatever an earlier run left
 */
public record EncodeOptions(
    List<String> inputs,
    InventoryOptions inventory,
    ModelChoice model,
    Optional<String> secondModel,
    long pixelLimit,
    double maxBadFraction,
    boolean resume) {}
