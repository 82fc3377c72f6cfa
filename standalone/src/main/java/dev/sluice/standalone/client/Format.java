package dev.sluice.standalone.client;

/** How data is printed; named as it is typed. */
enum Format {
  table,
  wide,
  json,
  yaml,
  name
}
