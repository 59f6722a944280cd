import { Button } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/client.ts";
import { Confirm } from "../../parts/confirm.tsx";

/** Sends a message that was given up after all, after a question; one that its user may have is named as such. */
export const MessageReplay = ({ id, mayBeOut }: { readonly id: string; readonly mayBeOut: boolean }) => {
  const [asked, setAsked] = useState(false);
  const queryClient = useQueryClient();
  const replay = useMutation({
    mutationFn: () => callApi(`/messages/${encodeURIComponent(id)}/replay`, { method: "POST", body: mayBeOut ? { evenIfSent: true } : {} }),
    onSuccess: async () => {
      setAsked(false);
      await Promise.all(
        [`/messages/${encodeURIComponent(id)}`, "/messages"].map((path) => queryClient.invalidateQueries({ queryKey: [path] })),
      );
    },
  });
  return (
    <>
      <Button
        px="sm"
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden />}
        onClick={() => {
          replay.reset();
          setAsked(true);
        }}
      >
        Replay
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title="Send it again?"
        action={mayBeOut ? "Send even so" : "Send again"}
        danger={mayBeOut}
        busy={replay.isPending}
        error={replay.error}
        onConfirm={() => replay.mutate()}
      >
        {mayBeOut
          ? "Nobody knows whether the last attempt arrived. If it did, the user gets the message twice."
          : "Nothing was delivered. A new attempt is made as soon as the message's rules allow."}
      </Confirm>
    </>
  );
};
