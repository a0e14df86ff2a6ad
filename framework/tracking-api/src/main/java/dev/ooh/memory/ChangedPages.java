package dev.ooh.memory;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the method by which a consumer asks which pages changed. Its parameters and result are
 * those of {@link IntervalSource#fetch}. The body is what an unwoven consumer gets and says "all":
 *
 * <pre>{@code
 * @ChangedPages
 * Interval changedPages(AddressSpace space, TrackingConsumer me, PageSet scan, PageSet arm) {
 *   return Interval.all(scan, "not woven");
 * }
 * }</pre>
 *
 * The weaver replaces the body by a link to the core, and the program stays right without it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.METHOD)
public @interface ChangedPages {}
