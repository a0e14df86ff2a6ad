package dev.ooh.image;

import dev.ooh.image.message.OohMessages;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an image set is of, and what a restore needs besides memory.
 *
 * @param complete whether the program stood still: only then can it be restored
 * @param heapAddress where the program's state starts
 * @param parent the identity of the set that it builds on; null when there is none, or a version
 *     wrote it that did not say
 * @param metadata what the program had to say of itself, by name
 */
public record SetDescription(
    boolean complete,
    String application,
    String configuration,
    String substrate,
    String technique,
    long heapAddress,
    List<Region> regions,
    @Nullable Integer parent,
    Map<String, String> metadata) {
  private static final int PRE_DUMP = 1;
  private static final int DUMP = 2;

  public SetDescription {
    regions = List.copyOf(regions);
    metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
  }

  /** Of a set of which its writer is yet to say what it builds on, without metadata. */
  public SetDescription(
      boolean complete,
      String application,
      String configuration,
      String substrate,
      String technique,
      long heapAddress,
      List<Region> regions) {
    this(
        complete,
        application,
        configuration,
        substrate,
        technique,
        heapAddress,
        regions,
        null,
        Map.of());
  }

  /** With these words of the program's own. */
  public SetDescription withMetadata(Map<String, String> words) {
    return with(complete, parent, words);
  }

  /**
   * @param identity of what it builds on; null for nothing
   */
  SetDescription on(@Nullable Integer identity) {
    return with(complete, identity, metadata);
  }

  /** Of a set that others build on and nobody restores. */
  SetDescription asBase() {
    return with(false, parent, metadata);
  }

  private SetDescription with(
      boolean whole, @Nullable Integer identity, Map<String, String> words) {
    return new SetDescription(
        whole,
        application,
        configuration,
        substrate,
        technique,
        heapAddress,
        regions,
        identity,
        words);
  }

  OohMessages.SetDescription toMessage() {
    OohMessages.SetDescription.Builder message =
        OohMessages.SetDescription.newBuilder()
            .setKind(complete ? DUMP : PRE_DUMP)
            .setApplication(application)
            .setConfiguration(configuration)
            .setSubstrate(substrate)
            .setTechnique(technique)
            .setHeapAddress(heapAddress)
            .setPageSize(PageSet.PAGE_SIZE);
    for (Region region : regions) {
      message
          .addRegionsBuilder()
          .setName(region.name())
          .setStart(region.start())
          .setBytes(region.bytes());
    }
    if (parent != null) {
      message.setParent(Integer.toUnsignedLong(parent));
    }
    metadata.forEach((name, value) -> message.addMetadataBuilder().setName(name).setValue(value));
    return message.build();
  }

  static SetDescription of(Entries.Entry<OohMessages.SetDescription> entry) throws ImageException {
    OohMessages.SetDescription message = entry.message();
    int kind = message.getKind();
    if (kind != PRE_DUMP && kind != DUMP) {
      throw entry.wrong(
          "kind " + Integer.toUnsignedString(kind),
          PRE_DUMP + " (pre-dump) or " + DUMP + " (dump)");
    }
    if (message.hasPageSize() && message.getPageSize() != PageSet.PAGE_SIZE) {
      throw entry.wrong(
          "pages of %s bytes".formatted(Integer.toUnsignedString(message.getPageSize())),
          "%d, as all of them are here".formatted(PageSet.PAGE_SIZE));
    }
    List<Region> regions = new ArrayList<>();
    for (OohMessages.Region region : message.getRegionsList()) {
      try {
        regions.add(new Region(region.getName(), region.getStart(), region.getBytes()));
      } catch (IllegalArgumentException e) {
        throw entry.wrong(
            "0x%x bytes at 0x%x".formatted(region.getBytes(), region.getStart()), "whole pages");
      }
    }
    Map<String, String> metadata = new TreeMap<>();
    for (OohMessages.Metadata word : message.getMetadataList()) {
      if (metadata.put(word.getName(), word.getValue()) != null) {
        throw entry.wrong("metadata '%s' twice".formatted(word.getName()), "each name once");
      }
    }
    return new SetDescription(
        kind == DUMP,
        message.getApplication(),
        message.getConfiguration(),
        message.getSubstrate(),
        message.getTechnique(),
        message.getHeapAddress(),
        regions,
        message.hasParent() ? (int) message.getParent() : null,
        metadata);
  }
}
