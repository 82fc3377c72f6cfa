package dev.sluice.standalone.client;

/** Output formats of data, named as they are typed. */
enum Format {
  table,
  wide,
  json,
  yaml,
  name
}
