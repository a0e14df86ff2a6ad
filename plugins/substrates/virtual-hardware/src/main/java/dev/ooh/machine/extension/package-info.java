/**
 * Where a technique's plugin enters the virtual machine. It gets a {@link
 * dev.ooh.machine.extension.MachineExtensions} by {@code space.facility(MachineExtensions.class)}
 * and brings up to three parts: a {@linkplain dev.ooh.machine.extension.KernelModule kernel module}
 * with UIO devices, a {@linkplain dev.ooh.machine.extension.HypervisorModule hypervisor module}
 * with hypercalls, and a CPU extension. The machine itself knows none of them.
 *
 * <p><b>Threads.</b> On a machine's CPU one thread runs at a time, which holds its baton; where it
 * has several processors, they execute in turns. What the user side calls ({@code
 * MachineExtensions}, {@link dev.ooh.machine.extension.DeviceFile}, {@link
 * dev.ooh.machine.extension.DeviceMapping}) may be called by any thread and enters the machine by
 * itself, at an instruction boundary. All callbacks run on the machine's CPU, and the two contexts
 * ({@link dev.ooh.machine.extension.KernelContext}, {@link
 * dev.ooh.machine.extension.HypervisorContext}) may only be used from callbacks. Nothing else runs
 * on that machine meanwhile, except interrupt handlers while interrupts are enabled.
 *
 * <p><b>Addresses.</b> Most calls here happen once a page, so they carry raw {@code long}s. A name
 * with {@code gva}, {@code gpa} or {@code hpa} says which kind; all are byte addresses.
 */
@Version("1.3.0")
@NullMarked
package dev.ooh.machine.extension;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
