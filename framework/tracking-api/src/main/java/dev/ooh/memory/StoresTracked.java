package dev.ooh.memory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class through which a program stores to tracked memory. A technique that learns of writes
 * from the storing code itself, without the kernel's help, weaves the stores of such classes as
 * they are loaded; without one the mark has no effect.
 */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface StoresTracked {}
