package io.nomen.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Which part of WordNet. */
final class VocabularyOptions {
  @Option(
      names = "--subtree",
      paramLabel = "SYNSET",
      description = "Only WordNet's nouns under this synset, for example dog.n.01; repeatable.")
  List<String> subtrees = new ArrayList<>();
}
