package dev.ooh.machine.vmx;

import dev.ooh.machine.memory.HostMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which fields the VMCSs of a processor have, and where in the VMCS page (the SDM leaves the format
 * to the implementation, 25.2). Standard fields come first; extensions append theirs.
 *
 * <pre>
 *  byte 0            4             8        16
 * +----------------+-------------+--------+--------+----
 * |shadow:31 rev id| abort       | slot 0 | slot 1 | ...    8 bytes a slot
 * +----------------+-------------+--------+--------+----
 * </pre>
 */
public final class VmcsLayout {
  /** The VMCS revision identifier, bits 30:0 of a VMCS page's first word. */
  public static final int REVISION = 0x00_0F_25;

  private static final int FIRST_SLOT = 8;
  private static final int MAX_FIELDS = (HostMemory.FRAME - FIRST_SLOT) / 8;

  private final short[] slots = new short[1 << 15];
  private final List<VmcsField> fields = new ArrayList<>();

  /** A layout with the standard fields. */
  public VmcsLayout() {
    Arrays.fill(slots, (short) -1);
    VmcsField.standard().forEach(this::add);
  }

  /**
   * Adds a field, whose value in every existing VMCS is 0. Adding a field again keeps its place.
   *
   * @throws IllegalArgumentException when another field has its encoding
   */
  public void add(VmcsField field) {
    VmcsField known = find(field.encoding());
    if (known != null) {
      if (!known.name().equals(field.name())) {
        throw new IllegalArgumentException(
            "VMCS field %s: its encoding is that of %s".formatted(field, known));
      }
      return;
    }
    if (fields.size() == MAX_FIELDS) {
      throw new IllegalStateException(
          "VMCS field %s: the page is full with %d fields".formatted(field, MAX_FIELDS));
    }
    slots[field.encoding()] = (short) fields.size();
    fields.add(field);
  }

  /** The field that {@code encoding} names; null when there is none. */
  public @Nullable VmcsField find(long encoding) {
    if ((encoding & ~0x6FFEL) != 0 || slots[(int) encoding] < 0) {
      return null;
    }
    return fields.get(slots[(int) encoding]);
  }

  /** The fields in the order of their places. */
  public List<VmcsField> fields() {
    return List.copyOf(fields);
  }

  /** The offset in the VMCS page of {@code field}, in bytes. */
  int offset(VmcsField field) {
    int slot = slots[field.encoding()];
    if (slot < 0) {
      throw new IllegalArgumentException(
          "VMCS field %s: the processor has no such field".formatted(field));
    }
    return FIRST_SLOT + 8 * slot;
  }
}
