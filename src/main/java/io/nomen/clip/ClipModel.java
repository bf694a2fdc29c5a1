package io.nomen.clip;

import java.io.Serializable;

/**
 * A CLIP checkpoint as all stages know it: where it is and what it computes. Small; travels to
 * executors, which read the weights themselves.
 *
 * @param id the name that people see: {@code tiny}, or the folder's name
 * @param location {@code tiny}, or the folder's absolute URI
 * @param digest SHA-256 (hexadecimal) over configuration, weights, tokenizer and preprocessing:
 *     equal digests mean equal embeddings
 * @param projectionWidth width {@code d} of image and text embeddings
 * @param parameters number of weights in both towers
 */
public record ClipModel(
    String id,
    String location,
    String digest,
    VisionSpec vision,
    TextSpec text,
    int projectionWidth,
    Preprocessing preprocessing,
    long parameters)
    implements Serializable {}
