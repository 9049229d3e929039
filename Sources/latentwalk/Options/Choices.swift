public import ArgumentParser
public import Diffusion
public import Tensors
public import Video
public import Walk

// Options that name one of several: their names are the cases' own, and help and errors list them.
extension BadFramePolicy: ExpressibleByArgument {}
extension Easing: ExpressibleByArgument {}
extension FilmCodec: ExpressibleByArgument {}
extension Loop: ExpressibleByArgument {}
extension Mix: ExpressibleByArgument {}
extension Method.Name: ExpressibleByArgument {}
extension Path: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension SchedulerKind: ExpressibleByArgument {}
extension Spacing: ExpressibleByArgument {}
