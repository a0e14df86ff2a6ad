/**
 * An audit of real memory: writers stamp the interval's number into every page that they write,
 * consumers keep a ledger of what they were told, and one thing at a time disturbs them. {@link
 * dev.ooh.conformance.audit.AuditContract} is the JUnit class to extend; a {@link
 * dev.ooh.conformance.audit.Scenario} says what memory there is, who watches it and what disturbs.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.conformance.audit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
