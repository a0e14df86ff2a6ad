package dev.ooh.image.file;

import java.util.ArrayList;
import java.util.List;

/**
 * What a file system can do of all that a store asks of one. Linux's own can do everything; where
 * something is missing the store manages without, and {@link #weaker} says what that costs.
 *
 * @param renames whether a directory gets another name in one instant
 * @param links whether there are symbolic links
 * @param syncs whether the entries of a directory can be forced to storage
 * @param locks whether the lock of a process that dies is given back by the system
 */
public record FileAbilities(boolean renames, boolean links, boolean syncs, boolean locks) {
  /** Of Linux's own file systems. */
  public static final FileAbilities ALL = new FileAbilities(true, true, true, true);

  /** A line for each thing that holds less firmly than on Linux's own file systems. */
  public List<String> weaker() {
    List<String> lines = new ArrayList<>();
    if (!renames) {
      lines.add(
          "nothing can be renamed there: a set exists once its manifest does, which is written"
              + " last; its files are as durable as the file system makes them when they are"
              + " closed");
    } else if (!syncs) {
      lines.add(
          "directories can't be forced to storage there: a loss of power may take sets that were"
              + " said to be durable");
    }
    if (!links) {
      lines.add("there are no symbolic links there: what names the parent set is a file of text");
    }
    if (!locks) {
      lines.add(
          "the lock is a file there: one left by a program that died on another machine, in"
              + " another container or before this machine was restarted stays until it is deleted"
              + " by hand");
    }
    return lines;
  }
}
