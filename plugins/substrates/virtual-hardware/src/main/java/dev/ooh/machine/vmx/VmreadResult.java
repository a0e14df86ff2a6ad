package dev.ooh.machine.vmx;

/**
 * What a VMREAD yielded.
 *
 * @param status how it ended
 * @param value the field's value, zero-extended; 0 unless it succeeded
 */
public record VmreadResult(VmxStatus status, long value) {}
