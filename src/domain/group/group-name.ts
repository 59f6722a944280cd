/** A group of a workspace. */
export interface GroupName {
  readonly workspace: string;
  readonly type: string;
  readonly id: string;
}

/** The Durable Object's name: the workspace first, so that no two tenants can meet; the type is written without colons. */
export const groupObjectName = ({ workspace, type, id }: GroupName): string => `${workspace}:${encodeURIComponent(type)}:${id}`;

/** Reads an object's name back; undefined for a text that is none. */
export const parseGroupName = (name: string): GroupName | undefined => {
  const match = /^([^:]+):([^:]+):(.+)$/s.exec(name);
  return match?.[1] !== undefined && match[2] !== undefined && match[3] !== undefined
    ? { workspace: match[1], type: decodeURIComponent(match[2]), id: match[3] }
    : undefined;
};
