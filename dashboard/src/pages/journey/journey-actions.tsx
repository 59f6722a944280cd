import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/client.ts";
import type { JourneyView } from "../../api/types.ts";
import { Confirm } from "../../parts/confirm.tsx";

/** What can be done to a journey: the words of its button, and what to know before it is done. */
const actions = {
  publish: {
    label: "Publish",
    icon: IconUpload,
    body: { inFlight: "stay" },
    note: "The draft goes live. Users who are inside stay on their version; new ones enter this one.",
  },
  pause: {
    label: "Pause",
    icon: IconPlayerPause,
    body: {},
    note: "Nobody enters, and everyone inside stays where they are until you resume. Messages not yet sent are held.",
  },
  resume: {
    label: "Resume",
    icon: IconPlayerPlay,
    body: { late: "go-on" },
    note: "Users enter again. Those whose wait ended meanwhile go on at once.",
  },
  stop: {
    label: "Stop",
    icon: IconPlayerStop,
    body: {},
    note: "Everyone inside leaves now, and messages not yet sent are dropped. This cannot be undone.",
  },
} as const;
type Action = keyof typeof actions;

const actionsFor = ({ status, changed, version }: JourneyView): readonly Action[] => {
  const publish: readonly Action[] = changed || version === 0 || status === "stopped" ? ["publish"] : [];
  if (status === "live") return [...publish, "pause", "stop"];
  if (status === "paused") return [...publish, "resume", "stop"];
  return publish;
};

/** Publish, pause, resume and stop, each after a question. */
export const JourneyActions = ({ journey }: { readonly journey: JourneyView }) => {
  const [asked, setAsked] = useState<Action>();
  const [shown, setShown] = useState<Action>("publish");
  const queryClient = useQueryClient();
  const act = useMutation({
    mutationFn: (action: Action) => callApi(`/journeys/${journey.key}/${action}`, { method: "POST", body: actions[action].body }),
    onSuccess: async () => {
      setAsked(undefined);
      await Promise.all(
        [`/journeys/${journey.key}`, "/journeys", `/journeys/${journey.key}/statistics`].map((path) =>
          queryClient.invalidateQueries({ queryKey: [path] }),
        ),
      );
    },
  });
  const ask = (action: Action) => {
    act.reset();
    setShown(action);
    setAsked(action);
  };
  return (
    <>
      {actionsFor(journey).map((action) => {
        const { label, icon: ActionIcon } = actions[action];
        return (
          <Button
            key={action}
            px="sm"
            variant={action === "publish" || action === "resume" ? "filled" : "default"}
            leftSection={<ActionIcon size={16} aria-hidden />}
            onClick={() => ask(action)}
          >
            {label}
          </Button>
        );
      })}
      <Confirm
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={`${actions[shown].label} “${journey.name}”?`}
        action={actions[shown].label}
        danger={shown === "stop"}
        busy={act.isPending}
        error={act.error}
        onConfirm={() => asked && act.mutate(asked)}
      >
        {actions[shown].note}
      </Confirm>
    </>
  );
};
