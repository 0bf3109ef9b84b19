(* What the system says of this process's memory, in bytes. *)
let status key =
  let ic = open_in "/proc/self/status" in
  let rec find () =
    let line = input_line ic in
    match String.split_on_char ':' line with
    | [ k; rest ] when k = key -> Scanf.sscanf rest " %d" Fun.id * 1024
    | _ -> find ()
  in
  let bytes = find () in
  close_in ic;
  bytes

let resident () = status "VmRSS"
let peak () = status "VmHWM"
