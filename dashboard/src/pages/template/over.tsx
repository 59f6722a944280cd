import { Autocomplete, JsonInput, NativeSelect, Stack } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { usersQuery } from "../../api/queries.ts";
import { userName } from "../../parts/user-link.ts";

/** Over what a template is shown: texts as they were typed. */
export interface Over {
  readonly user: string;
  readonly locale: string;
  readonly data: string;
}

interface OverFormProps {
  readonly over: Over;
  readonly locales: readonly string[];
  readonly problem: string | undefined;
  readonly onChange: (over: Over) => void;
}

/** For whom, in which language and with what data a template is shown. */
export const OverForm = ({ over, locales, problem, onChange }: OverFormProps) => {
  const [search] = useDebouncedValue(over.user, 250);
  const users = useInfiniteQuery(usersQuery(search)).data?.pages[0]?.items ?? [];
  const known = users.filter(({ anonymous }) => !anonymous).slice(0, 8);
  return (
    <Stack gap="sm">
      <Autocomplete
        label="User"
        placeholder="Nobody in particular"
        description="By id; their attributes and language are used"
        data={known.map(({ id }) => id)}
        filter={({ options }) => options}
        renderOption={({ option }) => {
          const user = known.find(({ id }) => id === option.value);
          const name = user && userName(user);
          return name === undefined || name === option.value ? option.value : `${name} (${option.value})`;
        }}
        value={over.user}
        onChange={(user) => onChange({ ...over, user })}
      />
      <NativeSelect
        label="Language"
        data={[{ value: "", label: "The user’s, else the default" }, ...locales.map((tag) => ({ value: tag, label: tag }))]}
        value={over.locale}
        onChange={(event) => onChange({ ...over, locale: event.currentTarget.value })}
      />
      <JsonInput
        label="Data"
        description="As data, and as the properties of the event that started the run"
        placeholder='{ "order": "A-1001" }'
        minRows={2}
        maxRows={12}
        autosize
        error={problem}
        value={over.data}
        onChange={(data) => onChange({ ...over, data })}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12.5 } }}
      />
    </Stack>
  );
};
