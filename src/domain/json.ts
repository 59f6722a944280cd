/** Plain JSON data, as it arrives in requests and is kept in storage. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
