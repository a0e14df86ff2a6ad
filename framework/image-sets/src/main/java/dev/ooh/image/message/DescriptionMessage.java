package dev.ooh.image.message;

import dev.ooh.image.ImageException;
import dev.ooh.image.SetDescription;
import dev.ooh.memory.PageSet;
import dev.ooh.memory.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a set is of, as its manifest says it. */
public final class DescriptionMessage {
  private static final int PRE_DUMP = 1;
  private static final int DUMP = 2;

  private DescriptionMessage() {}

  /** What a manifest is to say. */
  public static OohMessages.SetDescription of(SetDescription description) {
    OohMessages.SetDescription.Builder message =
        OohMessages.SetDescription.newBuilder()
            .setKind(description.complete() ? DUMP : PRE_DUMP)
            .setApplication(description.application())
            .setConfiguration(description.configuration())
            .setSubstrate(description.substrate())
            .setTechnique(description.technique())
            .setHeapAddress(description.heapAddress())
            .setPageSize(PageSet.PAGE_SIZE);
    for (Region region : description.regions()) {
      message
          .addRegionsBuilder()
          .setName(region.name())
          .setStart(region.start())
          .setBytes(region.bytes());
    }
    Integer parent = description.parent();
    if (parent != null) {
      message.setParent(Integer.toUnsignedLong(parent));
    }
    description
        .metadata()
        .forEach((name, value) -> message.addMetadataBuilder().setName(name).setValue(value));
    return message.build();
  }

  /** Reads what a manifest says. */
  static SetDescription read(Entries.Entry<OohMessages.SetDescription> entry)
      throws ImageException {
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
