[assembly: Wir.TestKit.Lane(Wir.TestKit.Lane.Functional)]
