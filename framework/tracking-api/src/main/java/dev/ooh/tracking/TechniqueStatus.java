package dev.ooh.tracking;

/**
 * A technique as an operator sees it.
 *
 * @param probe what trying it showed
 * @param active whether it gathers for the space that was asked about
 */
public record TechniqueStatus(TechniqueDescriptor descriptor, Probe probe, boolean active) {}
