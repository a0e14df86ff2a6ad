/**
 * One class per layout of a paging-structure entry (Intel SDM volume 3A chapter 5, volume 3C
 * chapter 29).
 */
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package dev.ooh.machine.paging;
