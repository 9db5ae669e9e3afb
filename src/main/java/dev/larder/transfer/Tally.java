package dev.larder.transfer;

import dev.larder.transfer.ImportReport.Count;
import dev.larder.transfer.ImportReport.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Counts what an import does. */
final class Tally {
  long repositories;
  long manifests;
  long manifestsThere;
  long tags;
  long tagsThere;
  Count linked = Count.NONE;
  Count copied = Count.NONE;
  Count there = Count.NONE;
  Count toRead = Count.NONE;
  Optional<String> notLinked = Optional.empty();
  final List<Notice> kept = new ArrayList<>();
  final List<Notice> incomplete = new ArrayList<>();
  final List<Notice> failures = new ArrayList<>();

  void fail(String image, String text) {
    failures.add(new Notice(image, text));
  }

  ImportReport report(String kind) {
    return new ImportReport(
        kind,
        repositories,
        manifests,
        manifestsThere,
        tags,
        tagsThere,
        linked,
        copied,
        there,
        toRead,
        notLinked,
        List.copyOf(kept),
        List.copyOf(incomplete),
        List.copyOf(failures));
  }
}
