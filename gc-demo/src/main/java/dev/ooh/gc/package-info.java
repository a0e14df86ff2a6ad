/**
 * A mark-sweep collector for objects in tracked memory, generational by sticky mark bits: objects
 * that survived a cycle keep their marks, and a young cycle traces only from the roots and from old
 * objects on pages that changed. It is right, and slow, when nobody can say which pages changed.
 *
 * <p>Words, as in "The Garbage Collection Handbook" (Jones, Hosking, Moss):
 *
 * <dl>
 *   <dt>mutator
 *   <dd>a thread that allocates and writes objects
 *   <dt>root
 *   <dd>a reference outside objects: a global, which lies in tracked memory, or an entry of an open
 *       scope
 *   <dt>cycle
 *   <dd>one collection, mark then sweep: in a pause, while mutators are stopped, or beside them
 *   <dt>old, marked
 *   <dd>an object that survived a cycle and was not freed since; the others are young
 *   <dt>full cycle, young cycle
 *   <dd>one that decides about all objects; one that decides about young ones and keeps old ones
 *   <dt>watched pages
 *   <dd>pages with reference slots of old objects, in blocks that nobody allocates into: what the
 *       collector asks about and leaves armed
 *   <dt>floating garbage
 *   <dd>old objects that became unreachable; only a full cycle frees them
 *   <dt>block, cell, kind
 *   <dd>16 KiB of heap; a place for one small object; what a block's objects look like
 *   <dt>conservative
 *   <dd>an object, or a range of other memory, of which any word may be a reference
 *   <dt>hole
 *   <dd>free cells in a row, bumped through by one mutator
 * </dl>
 */
@Version("2.0.0")
@NullMarked
package dev.ooh.gc;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
