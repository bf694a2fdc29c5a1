package io.nomen.exchange;

import java.util.Optional;

/**
 * What is imported.
 *
 * @param labels [n] integers in a {@code .npy} for {@code evaluate}, kept in the images table
 * @param paths a text with the path of each row, one a line, as {@code export} writes it; without
 *     it row i gets the path {@code row-000000i}, unless the source names its rows
 * @param maxBadFraction share of rows without direction above which the import fails, 0 to 1
 */
public record ImportOptions(
    ImportSource source, Optional<String> labels, Optional<String> paths, double maxBadFraction) {}
