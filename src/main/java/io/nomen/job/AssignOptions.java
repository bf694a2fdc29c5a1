package io.nomen.job;

import io.nomen.encode.EncodeOptions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * New images for an earlier run's clusters.
 *
 * @param run folder of the earlier run
 * @param images which images; empty where {@code embeddings} names ready ones
 */
public record AssignOptions(
    String run,
    Optional<EncodeOptions> images,
    List<String> embeddings,
    boolean resume,
    String title,
    List<String> command,
    Map<String, String> effectiveOptions) {}
