package io.nomen.job;

import io.nomen.tensor.Precision;
import java.io.Serializable;

/**
 * Which CLIP a job uses, as the user asked for it.
 *
 * @param location {@code tiny}, or a checkpoint's folder
 * @param device {@code auto|cpu|cuda:N}, resolved where the work is done
 * @param batchSize images per forward pass; 0 lets the encoder choose
 */
public record ModelChoice(String location, Precision precision, String device, int batchSize)
    implements Serializable {}
