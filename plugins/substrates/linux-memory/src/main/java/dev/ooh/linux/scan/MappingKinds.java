package dev.ooh.linux.scan;

import dev.ooh.memory.PageSet;

/**
 * Which pages have contents behind their holes, at one moment.
 *
 * @param shared pages of shared mappings
 * @param privateFiles pages of private mappings of files, those of hugetlbfs included
 */
record MappingKinds(PageSet shared, PageSet privateFiles) {}
