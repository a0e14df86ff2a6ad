/**
 * What techniques share that gather pages in a ring buffer: its layout, the device behind which a
 * kernel module keeps one for each tracked process, the library that reads it, and the session
 * above. Where entries come from and what arms a page again is each technique's own.
 */
@org.osgi.annotation.versioning.Version("1.1.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.ring;
