import { useQuery } from "@tanstack/react-query";
import { memberCountLimit, memberCountQuery } from "../../api/queries.ts";
import { formatCount } from "../../format/count.ts";

/** How many users are in a segment; "200+" where there are more than one page tells. */
export const MemberCount = ({ segment }: { readonly segment: string }) => {
  const { data } = useQuery(memberCountQuery(segment));
  if (!data) return <>–</>;
  return <>{data.next === null ? formatCount(data.items.length) : `${memberCountLimit}+`}</>;
};
