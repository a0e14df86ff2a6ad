/** The machine's extension points: what a feature that standard hardware lacks may plug into. */
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.extension;
